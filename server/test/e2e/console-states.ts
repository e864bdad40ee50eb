import type {Browser, BrowserContext, BrowserContextOptions, Locator, Page} from 'playwright-core';

import {announceConsole} from '../../accounts/announce.js';
import {openContext, signIn} from './console-page.js';
import type {ConsoleWorld} from './console-world.js';

/** A page of the console in one browser context. */
export interface StatePage {
  page: Page;
  context: BrowserContext;
  main: Locator;
  world: ConsoleWorld;
  /** Opens a path below `/console/`, and waits for an element. */
  open: (path: string, selector: string) => Promise<void>;
  /** Clicks an element, and waits for another. */
  press: (selector: string, then: string) => Promise<void>;
}

export interface ConsoleState {
  name: string;
  /** Account that is signed in (default: `owner`). */
  as?: keyof ConsoleWorld['owners'] | 'nobody';
  reach: (state: StatePage) => Promise<void>;
}

const openLead = ({open, world}: StatePage) => open(`leads/${world.lead}`, '.transcript .message');
const openList = ({open, world}: StatePage) => open(`${world.site}/leads?view=all`, '.leads');

/** Shows the documents of a lead, which a phone has in another part. */
const showDetails = async ({main}: StatePage): Promise<void> => {
  const details = main.locator('.parts button').nth(1);
  if (await details.isVisible()) await details.click();
  await main.locator('.documents').waitFor();
};
const look = async (state: StatePage): Promise<void> => {
  await openLead(state);
  await showDetails(state);
  await state.press('.documents .actions button >> nth=0', '.documents .opened .pages');
};

const choose = async ({page, press}: StatePage, number: number, then: string): Promise<void> => {
  await press('[popovertarget=lead-menu]', '#lead-menu:popover-open');
  await page.locator('#lead-menu > *').nth(number).click();
  await page.locator(then).waitFor();
};

/** Makes calls of the API fail, or wait without an end. */
const answerCalls = ({context}: StatePage, body: object | undefined) =>
  context.route(/\/api\/owner\/(leads|sites\/)/, (route) =>
    body ? route.fulfill({status: 500, json: body}) : undefined,
  );

const FAILURE = {
  status: 500,
  code: 'internal',
  message: 'Failed.',
  request_id: 'r-4711',
  uuid: null,
};

/** Every state of the console, each from the beginning. Selectors work in all languages. */
export const CONSOLE_STATES: ConsoleState[] = [
  {name: 'sign-in', as: 'nobody', reach: ({open}) => open('', '.primary')},
  {
    name: 'sign-in-sent',
    as: 'nobody',
    reach: async ({open, page, press}) => {
      await open('', '.primary');
      await page.locator('input[type=email]').fill('olivia@acme.example');
      await press('.primary', '[role=status] strong');
    },
  },
  {
    name: 'link',
    as: 'nobody',
    reach: async ({page, world: {server}}) => {
      const printed = await announceConsole(server.sql, server.config);
      await page.goto(printed?.split('\n').at(-1) ?? '');
      await page.locator('.primary').waitFor();
    },
  },
  {
    name: 'link-used',
    as: 'nobody',
    reach: ({open}) =>
      open(`sign-in/#${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}.x`, 'a.button'),
  },
  {name: 'leads', reach: openList},
  {
    name: 'leads-selected',
    reach: async (state) => {
      await openList(state);
      await state.press('.leads thead input', '.bulk button');
    },
  },
  {
    name: 'leads-filters',
    reach: async (state) => {
      await openList(state);
      await state.press('.filters summary', '.filters[open]');
    },
  },
  {
    name: 'leads-export',
    reach: async (state) => {
      await openList(state);
      await state.press('[popovertarget=export-menu]', '#export-menu:popover-open');
    },
  },
  {
    name: 'leads-erase',
    reach: async (state) => {
      await openList(state);
      await state.press('.leads thead input', '.bulk button');
      await state.press('.bulk .danger', 'dialog[open]');
    },
  },
  {
    name: 'leads-keys',
    reach: async (state) => {
      await openList(state);
      await state.page.keyboard.press('?');
      await state.page.locator('dialog[open] .keys').waitFor();
    },
  },
  {
    name: 'leads-none-found',
    reach: async (state) => {
      await openList(state);
      await state.page.locator('.search').fill('nowhere to be found');
      await state.main.locator('.empty').waitFor();
    },
  },
  {name: 'leads-first', reach: ({open, world}) => open(`${world.emptySite}/leads`, '.empty pre')},
  {
    name: 'leads-loading',
    reach: async (state) => {
      await answerCalls(state, undefined);
      await state.open(`${state.world.site}/leads`, '.skeleton');
    },
  },
  {
    name: 'leads-error',
    reach: async (state) => {
      await answerCalls(state, FAILURE);
      await state.open(`${state.world.site}/leads`, '.problem');
    },
  },
  {
    name: 'leads-offline',
    reach: async (state) => {
      await openList(state);
      await state.context.setOffline(true);
      await state.page.locator('.banner').waitFor();
    },
  },
  {name: 'leads-agent', as: 'agent', reach: openList},
  {name: 'lead', reach: openLead},
  {
    name: 'lead-details',
    reach: async (state) => {
      await openLead(state);
      await showDetails(state);
      await state.main.locator('.consent summary').first().click();
      await state.press('.trail summary', '.trail li');
    },
  },
  {name: 'lead-text', reach: look},
  {
    name: 'lead-pages',
    reach: async (state) => {
      await look(state);
      await state.press('.documents .actions button >> nth=1', '.documents iframe');
      await state.page.frameLocator('iframe').locator('canvas').first().waitFor();
    },
  },
  {
    name: 'lead-menu',
    reach: async (state) => {
      await openLead(state);
      await state.press('[popovertarget=lead-menu]', '#lead-menu:popover-open');
    },
  },
  {
    name: 'lead-correct',
    reach: async (state) => {
      await openLead(state);
      await choose(state, 0, '#correct-name');
    },
  },
  {
    name: 'lead-erase',
    reach: async (state) => {
      await openLead(state);
      await choose(state, 3, 'dialog[open] .danger');
    },
  },
  {name: 'lead-agent', as: 'agent', reach: openLead},
  {
    name: 'lead-between',
    reach: async (state) => {
      await openList(state);
      await state.press('.leads tbody tr:nth-child(2) .who a', '.step + .step');
      await state.main.locator('.transcript > *').first().waitFor();
    },
  },
  {
    name: 'lead-erased',
    reach: async ({open, main, world}) => {
      await open(`leads/${world.erased}`, '.tombstone');
      await main.locator('.consent').first().waitFor();
    },
  },
  {
    name: 'lead-unknown',
    reach: ({open}) => open('leads/00000000-0000-4000-8000-000000000000', '.problem, .empty'),
  },
  {name: 'funnel', reach: ({open, world}) => open(`${world.site}/funnel`, '.bars')},
  {
    name: 'funnel-observer',
    as: 'observer',
    reach: ({open, world}) => open(`${world.site}/funnel`, '.bars'),
  },
  {
    name: 'funnel-empty',
    reach: ({open, world}) => open(`${world.emptySite}/funnel`, '.bars, .empty'),
  },
  {name: 'site', reach: ({open, world}) => open(`${world.site}/site`, '.site-page pre')},
  {
    name: 'site-agent',
    as: 'agent',
    reach: ({open, world}) => open(`${world.site}/site`, '.site-page pre'),
  },
  {name: 'people', reach: ({open, world}) => open(`${world.site}/people`, '.people')},
  {
    name: 'people-invite',
    reach: async ({open, press, world}) => {
      await open(`${world.site}/people`, '.people');
      await press('.head .primary', '#invite-email');
    },
  },
  {
    name: 'people-remove',
    reach: async ({open, press, world}) => {
      await open(`${world.site}/people`, '.people');
      await press('.people tr:has(select):not(:first-child) button.plain', 'dialog[open] .danger');
    },
  },
  {name: 'account', reach: ({open}) => open('account', '.sessions')},
  {name: 'account-without-site', as: 'none', reach: ({open}) => open('account', '.sessions')},
  {name: 'home-without-site', as: 'none', reach: ({open}) => open('', 'h1')},
  {name: 'unknown-page', reach: ({open}) => open('no/such/page', '.empty')},
];

type Account = NonNullable<ConsoleState['as']>;

/**
 * Opens pages in which states can be reached: one for each account, which keeps its cache. `options`
 * are those of the contexts.
 */
export class StatePages {
  private readonly pages = new Map<Account, StatePage>();

  constructor(
    private readonly browser: Browser,
    private readonly world: ConsoleWorld,
    private readonly options: BrowserContextOptions = {},
  ) {}

  /** Reaches a state in its page, whatever was there before. `prepare` is called with a new page. */
  async reach(
    {as = 'owner', name, reach}: ConsoleState,
    prepare: (page: Page) => void = () => undefined,
  ): Promise<Page> {
    const state = this.pages.get(as) ?? (await this.open(as));
    if (!this.pages.has(as)) prepare(state.page);
    this.pages.set(as, state);
    await state.context.unrouteAll({behavior: 'ignoreErrors'});
    await state.context.setOffline(false);
    await state.page.goto('about:blank');
    await reach(state).catch((error: unknown) => {
      throw new Error(`The state ${name} was not reached.`, {cause: error});
    });
    return state.page;
  }

  async close(): Promise<void> {
    for (const {context} of this.pages.values()) await context.close();
  }

  private async open(as: Account): Promise<StatePage> {
    const {server, owners} = this.world;
    const context = await openContext(this.browser, this.options);
    if (as !== 'nobody') await signIn(context, server, owners[as]);
    const page = await context.newPage();
    const see = (selector: string) => page.locator(selector).first().waitFor();
    return {
      ...{page, context, main: page.locator('main'), world: this.world},
      open: async (path, selector) => {
        await page.goto(`${server.url}/console/${path}`);
        await see(selector);
      },
      press: async (selector, then) => {
        await page.locator(selector).first().click();
        await see(then);
      },
    };
  }
}
