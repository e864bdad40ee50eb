import {Type} from 'typebox';
import type {Static} from 'typebox';

import {SiteKey, Timestamp} from './common.js';
import {EXAMPLE_TIME} from './examples.js';
import {Role} from './owner.js';
import {SiteConfig} from './sites.js';

/** Number of origins that the server remembers for a site. The oldest gives way to a new one. */
export const MAX_ORIGINS_PER_SITE = 100;
/** Interval in which an origin of a site is written at most once. */
export const ORIGIN_WRITE_MS = 60_000;

/** Parameters of a path. An invalid key gets the same response as the key of another site. */
export const SiteParams = Type.Object({
  key: Type.String({description: 'Key of a site of the account.', examples: ['acme']}),
});

const ListedSite = {
  key: SiteKey,
  name: Type.String(),
  role: Role,
};

export const OwnerSites = Type.Object(
  {
    sites: Type.Array(Type.Object(ListedSite), {
      description: 'Enabled sites of the account, by name.',
    }),
  },
  {
    title: 'OwnerSites',
    examples: [{sites: [{key: 'acme', name: 'Acme', role: 'owner'}]}],
  },
);
export type OwnerSites = Static<typeof OwnerSites>;

export const SeenOrigin = Type.Object(
  {
    origin: Type.String({description: 'Origin of a page that loaded the chat of this site.'}),
    first_at: Timestamp,
    last_at: {...Timestamp, description: 'Written at most once a minute.'},
    is_refused: Type.Boolean({
      description: 'Whether the last call from this origin was refused, because it is not allowed.',
    }),
  },
  {title: 'SeenOrigin'},
);
export type SeenOrigin = Static<typeof SeenOrigin>;

/** Lines of code for the pages of the site owner. Display them as text. */
export const Install = Type.Object(
  {
    script_tag: Type.String(),
    element: Type.String(),
    pinned: Type.Union([Type.String(), Type.Null()], {
      description: 'Script tag of one release, with its digest; null if the widget is not built.',
    }),
    tag_manager: Type.String({
      description: 'For tag managers that remove attributes with `data-`.',
    }),
    csp: Type.String({
      description: 'Sources that a Content Security Policy of the page has to allow.',
    }),
  },
  {title: 'Install'},
);
export type Install = Static<typeof Install>;

export const OwnerSite = Type.Object(
  {
    ...ListedSite,
    install: Install,
    allowed_origins: Type.Array(Type.String()),
    origins: Type.Array(SeenOrigin, {
      maxItems: MAX_ORIGINS_PER_SITE,
      description: 'Origins recently seen or refused, latest first.',
    }),
    was_opened: Type.Boolean({description: 'Whether a visitor has ever opened the chat.'}),
    config: Type.Unsafe<SiteConfig>({
      ...SiteConfig,
      description: 'Limits and texts, as visitors get them.',
    }),
    refuse_active_content: Type.Boolean({
      description: 'Whether PDFs with scripts, launch actions or embedded files are refused.',
    }),
    commands: Type.Object({
      show: Type.String({description: 'Writes the settings of the site into a file.'}),
      set: Type.String({description: 'Reads the changed settings from the file.'}),
      add_origin: Type.String({description: 'Allows an origin; replace `ORIGIN`.'}),
    }),
  },
  {
    title: 'OwnerSite',
    examples: [
      {
        ...{key: 'acme', name: 'Acme', role: 'owner'},
        install: {
          script_tag:
            '<script src="https://chat.example.com/maria-chat.js" data-site="acme" async></script>',
          element:
            '<script type="module" src="https://chat.example.com/widget/maria-chat.esm.js"></script>\n<maria-chat site="acme" api="https://chat.example.com"></maria-chat>',
          pinned: null,
          tag_manager:
            '<script src="https://chat.example.com/maria-chat.js?site=acme" async></script>',
          csp: 'script-src https://chat.example.com; connect-src https://chat.example.com',
        },
        allowed_origins: ['https://www.example.com'],
        origins: [
          {
            origin: 'https://www.example.com',
            first_at: EXAMPLE_TIME,
            last_at: EXAMPLE_TIME,
            is_refused: false,
          },
        ],
        was_opened: true,
        config: {...(SiteConfig as {examples?: object[]}).examples?.[0], site: 'acme'},
        refuse_active_content: false,
        commands: {
          show: 'maria site show acme --json | jq .settings > acme.json',
          set: 'maria site set acme --settings acme.json',
          add_origin: 'maria site set acme --add-origin ORIGIN',
        },
      },
    ],
  },
);
export type OwnerSite = Static<typeof OwnerSite>;
