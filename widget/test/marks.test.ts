import {expect, fixture, html} from '@open-wc/testing';

import {markedView, plainView} from '../ui/messages/markdown-view.js';

const shown = async (text: string) => {
  const place = await fixture(html`<div>${markedView(text)}</div>`);
  return place.innerHTML
    .replace(/<!--[^>]*-->/g, '')
    .replaceAll(' dir="auto"', '')
    .replace(/\s+/g, ' ')
    .replace(/(<(?:p|ul|ol)>) | (<\/(?:p|ul|ol)>)/g, '$1$2')
    .trim();
};

const links = async (text: string) => {
  const place = await fixture(html`<div>${markedView(text)}</div>`);
  return [...place.querySelectorAll('a')].map(({href, rel, target}) => [href, rel, target]);
};

const REL = 'noopener noreferrer nofollow ugc';

describe('the marks of an answer', () => {
  for (const [text, expected] of [
    ['plain', '<p>plain</p>'],
    ['two\nlines', '<p>two<br>lines</p>'],
    ['two\n\nparagraphs', '<p>two</p><p>paragraphs</p>'],
    [
      '**bold** and *soft* and _soft_',
      '<p><strong>bold</strong> and <em>soft</em> and <em>soft</em></p>',
    ],
    ['a `code` here', '<p>a <code>code</code> here</p>'],
    ['- one\n- two', '<ul><li>one</li><li>two</li></ul>'],
    ['1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
    ['```\nlet a = 1;\n```', '<pre dir="ltr"><code>let a = 1;</code></pre>'],
    ['# A heading', '<p>A heading</p>'],
    ['2 * 3 * 4 and snake_case_name', '<p>2 * 3 * 4 and snake_case_name</p>'],
    ['unfinished **bold', '<p>unfinished **bold</p>'],
    ['<img src=x onerror=alert(1)>', '<p>&lt;img src=x onerror=alert(1)&gt;</p>'],
    ['[press](javascript:alert)', '<p>press</p>'],
    ['[press](data:text/html,hi)', '<p>press</p>'],
  ] as const) {
    it(JSON.stringify(text), async () => {
      expect(await shown(text)).to.equal(expected);
    });
  }

  it('a link tells where it leads, and opens beside the page', async () => {
    expect(await links('See [our page](https://example.com/a?b=1).')).to.deep.equal([
      ['https://example.com/a?b=1', REL, '_blank'],
    ]);
    expect(await shown('See [our page](https://example.com/a).')).to.match(/example\.com/);
    expect(await links('at https://example.com/a, or')).to.deep.equal([
      ['https://example.com/a', REL, '_blank'],
    ]);
  });

  for (const [text, place] of [
    ['[bank.com](https://bank.co/a)', 'bank.co'],
    ['[https://bank.com/evil.example](https://evil.example/)', 'evil.example'],
    ['[write](mailto:ana@example.com)', 'ana@example.com'],
    ['https://bücher.example/a', 'xn--bcher-kva.example'],
  ] as const) {
    it(`whatever its words pretend, ${text} leads to ${place}`, async () => {
      expect(await shown(text)).to.include(`(<bdi>${place}</bdi>)`);
    });
  }

  it('what names its place says it once', async () => {
    for (const text of ['https://example.com/a?b', '[example.com](https://example.com/a)'])
      expect(await shown(text)).to.not.include('<bdi>');
    expect(await shown('mailto:ana@example.com?subject=Hi')).to.not.include('<bdi>');
  });

  it('an address with a name in it is no link: it looks like another place', async () => {
    for (const text of ['https://bank.com@evil.example/', '[a](https://bank.com@evil.example/)'])
      expect(await links(text)).to.have.length(0);
  });

  it('no text keeps the page at work for minutes', async () => {
    for (const text of ['[]('.repeat(9_000), '['.repeat(9_000), `[](${' '.repeat(9_000)}`])
      expect(await shown(text)).to.include('[');
  });

  it('a picture is a link at most: nothing is fetched', async () => {
    const text = '![see](https://example.com/track.png)';
    expect(await shown(text)).to.not.include('<img');
    expect(await links(text)).to.have.length(1);
  });

  it('of the visitor’s own words nothing is read but addresses', async () => {
    const place = await fixture(html`<div>${plainView('**no** https://example.com *no*')}</div>`);
    expect(place.querySelectorAll('a')).to.have.length(1);
    expect(place.querySelector('strong, em')).to.equal(null);
    expect(place.textContent).to.include('**no**');
  });

  it('each block runs in the direction of its own words', async () => {
    const text = 'Yes.\n\nنعم.\n\n- واحد\n- two\n\n1. one\n\n```\nأ = 1\n```';
    const place = await fixture(html`<div dir="rtl">${markedView(text)}</div>`);
    const runs = [...place.querySelectorAll('p, ul, ol, pre')].map(
      (one) => getComputedStyle(one).direction,
    );
    expect(runs).to.deep.equal(['ltr', 'rtl', 'rtl', 'ltr', 'ltr']);
  });
});
