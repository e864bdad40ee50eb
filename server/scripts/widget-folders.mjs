import path from 'node:path';

/**
 * Folders and files of the widget, from the lowest layer to the highest. Each may import its own
 * layer and those before it. The longest matching name counts.
 */
export const WIDGET_LAYERS = [
  ['events.ts'],
  ['i18n/'],
  ['core/session/item-name.ts'],
  ['launcher/', 'host-page/'],
  ['core/platform.ts', 'core/state.ts'],
  ['core/transport/'],
  ['core/chat-host.ts', 'core/status.ts'],
  ['core/session/'],
  ['core/site-config.ts'],
  ['core/flow/'],
  ['core/email/'],
  ['core/uploads/'],
  ['core/questions/'],
  ['core/resume.ts', 'core/loaders.ts'],
  ['core/lifecycle.ts'],
  ['core/chat.ts'],
  ['core/sync/'],
  ['core/messages/', 'core/my-data.ts'],
  ['core/commands/'],
  ['ui/styles/'],
  ['debug/'],
  ['ui/dialog-host.ts', 'ui/view-context.ts'],
  ['ui/page/'],
  ['ui/controls/'],
  ['ui/dialogs/'],
  ['ui/questions/'],
  ['ui/steps/'],
  ['ui/messages/'],
  ['ui/panel/'],
  ['element/'],
  ['global.ts'],
  ['loader.ts', 'index.ts', 'ssr.ts', 'wordings.ts'],
  // The console of the site owner is another program: nothing of the widget imports it.
  ['console/core/base.ts', 'console/core/stored.ts', 'console/core/frame-messages.ts'],
  ['console/styles/', 'console/texts/', 'console/frame/'],
  ['console/core/'],
  ['console/parts/'],
  ['console/views/'],
  ['console/app.ts'],
  ['console/index.ts'],
];

/** Lower layers that are no business of a folder. */
const NEVER = {
  'core/': ['launcher/', 'host-page/'],
  'debug/': ['launcher/', 'host-page/'],
  'ui/': ['launcher/', 'host-page/', 'debug/'],
  'loader.ts': ['core/', 'ui/', 'debug/'],
  'console/': ['core/', 'debug/', 'element/', 'host-page/', 'i18n/', 'launcher/', 'ui/'],
};

/** ESLint rule: imports in the widget point down the layers, types and `import()` included. */
export const widgetFolders = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      unknown: 'Add {{file}} to a layer in server/scripts/widget-folders.mjs.',
      up: '{{file}} must not import {{target}}, which is in a higher layer.',
      never: '{{file}} must not import from {{folder}}.',
    },
  },
  create(context) {
    const root = path.join(context.cwd, 'widget');
    const file = path.relative(root, context.filename);
    const check = (source) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const found = path.join(path.dirname(context.filename), source.value);
      const target = path.relative(root, found).replace(/\.js$/, '.ts');
      if (target.startsWith('..')) return;
      const report = (messageId, folder) =>
        context.report({node: source, messageId, data: {file, target, folder}});
      const [own, other] = [layerOf(file), layerOf(target)];
      if (own < 0) return report('unknown');
      if (other > own) return report('up');
      const folder = neverOf(file).find((name) => target.startsWith(name));
      if (folder && layerOf(target) !== layerOf('core/session/item-name.ts'))
        report('never', folder);
    };
    return {
      ImportDeclaration: ({source}) => check(source),
      ExportNamedDeclaration: ({source}) => check(source),
      ExportAllDeclaration: ({source}) => check(source),
      ImportExpression: ({source}) => check(source),
      TSImportType: ({source}) => check(source),
    };
  },
};

function layerOf(file) {
  const matches = (name) => (name.endsWith('/') ? file.startsWith(name) : file === name);
  const lengths = WIDGET_LAYERS.map((names) =>
    Math.max(0, ...names.filter(matches).map(({length}) => length)),
  );
  const longest = Math.max(...lengths);
  return longest > 0 ? lengths.indexOf(longest) : -1;
}

function neverOf(file) {
  const folder = Object.keys(NEVER).find((name) => file.startsWith(name));
  return folder ? NEVER[folder] : [];
}
