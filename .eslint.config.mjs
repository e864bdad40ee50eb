import js from '@eslint/js';
import {defineConfig} from 'eslint/config';
import tseslint from 'typescript-eslint';

import {plainLanguage, visitorTexts} from './server/scripts/plain-language.mjs';
import {widgetFolders} from './server/scripts/widget-folders.mjs';

const CONTRACT_VALUES = [
  'limits',
  'message-limit',
  'default-conversation',
  'error-codes',
  'event-names',
  'invisible',
  'answers',
  'answer-labels',
  'answer-limits',
  'localise',
];

/** Objects of a page, which the core of the widget must not use. */
const PAGE_GLOBALS = [
  'document',
  'window',
  'self',
  'navigator',
  'localStorage',
  'sessionStorage',
  'HTMLElement',
  'XMLHttpRequest',
];

export default defineConfig(
  {
    ignores: [
      'dist/',
      '.maria/',
      '.tap/',
      'coverage/',
      'examples/**/*.{js,ts,tsx}',
      'widget/react.d.ts',
    ],
  },
  js.configs.recommended,
  {
    files: ['{server,widget}/**/*.{ts,mjs}'],
    ignores: ['widget/test/**'],
    plugins: {maria: {rules: {'plain-language': plainLanguage, 'visitor-texts': visitorTexts}}},
    rules: {'maria/plain-language': 'error'},
  },
  {
    // Not the texts of visitors, for which other rules hold.
    files: ['server/**/*.{ts,mjs}'],
    ignores: ['server/{test,bench,translations}/**', 'server/responders/texts.ts'],
    rules: {'maria/plain-language': ['error', {texts: true}]},
  },
  {
    files: [
      'widget/i18n/{locales,dialogs/locales}/en.ts',
      'widget/launcher/launcher.ts',
      'server/translations/en.ts',
      'server/responders/texts.ts',
    ],
    rules: {'maria/visitor-texts': 'error'},
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {parserOptions: {projectService: true}},
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        {considerDefaultExhaustiveForUnions: true},
      ],
      'no-empty': ['error', {allowEmptyCatch: false}],
      // An async function turns what it throws into a rejection, which is often the point of it.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': ['error', {ignoreStatic: true}],
      '@typescript-eslint/no-unused-vars': [
        'error',
        {argsIgnorePattern: '^_', varsIgnorePattern: '^_'},
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // tap runs and waits for its tests itself.
    files: ['server/**/*.test.ts', 'server/test/object-store-conformance.ts'],
    rules: {'@typescript-eslint/no-floating-promises': 'off'},
  },
  {
    // Chai's assertions are expressions, and look like promises.
    files: ['widget/test/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  {
    // The browser must not load the schema library: from the contract it takes types, and values
    // only from the files that do not import it.
    files: ['widget/**/*.ts'],
    ignores: ['widget/test/**'],
    plugins: {widget: {rules: {folders: widgetFolders}}},
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `server/contract/(?!(${CONTRACT_VALUES.join('|')})\\.js$)`,
              allowTypeImports: true,
              message: `Take types from here, and values from ${CONTRACT_VALUES.join(', ')}.`,
            },
            {regex: 'server/(?!contract/)', message: 'The widget knows the contract alone.'},
            {regex: '^lit$', message: 'It contains `LitElement`. Take `lit/html.js`.'},
          ],
        },
      ],
      'widget/folders': 'error',
      // The page's own console is no place for anything but what the page's developer can act on.
      'no-console': ['error', {allow: ['info', 'warn', 'error']}],
    },
  },
  {
    // The core runs without a page: `core/platform.ts` has what browsers add.
    files: ['widget/core/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {patterns: [{regex: '^@?lit(/|$)', message: 'No views.'}]},
      ],
      'no-restricted-globals': ['error', ...PAGE_GLOBALS],
    },
  },
);
