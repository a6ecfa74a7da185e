import { basename } from 'node:path';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const pureReason = 'domain libs are pure: time, randomness, ids and I/O are arguments';

const impureGlobals = ['process', 'Buffer', 'console', 'fetch', 'crypto', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'globalThis'];
const withoutGlobals = (names) => ['error', ...names.map((name) => ({ name, message: pureReason }))];

/** Node built-ins, clocks and random sources that a domain lib may not touch. */
const purity = {
  files: ['src/**/*.ts'],
  ignores: ['**/*.spec.ts'],
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ regex: '^node:', message: pureReason }] }],
    'no-restricted-globals': withoutGlobals(impureGlobals),
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: pureReason },
      { object: 'Date', property: 'now', message: pureReason },
      { object: 'DateTime', property: 'now', message: pureReason },
      { object: 'DateTime', property: 'local', message: pureReason },
      { object: 'DateTime', property: 'utc', message: pureReason },
    ],
    'no-restricted-syntax': ['error', { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: pureReason }],
  },
};

/** A buffer is memory that a text is copied into, no I/O. */
const textsAsNumbers = { files: ['src/codes.ts'], rules: { 'no-restricted-globals': withoutGlobals(impureGlobals.filter((name) => name !== 'Buffer')) } };

const boundaries = {
  files: ['**/*.ts', '**/*.mjs'],
  plugins: { '@nx': nx },
  rules: {
    '@nx/enforce-module-boundaries': [
      'error',
      {
        enforceBuildableLibDependency: true,
        banTransitiveDependencies: true,
        checkDynamicDependenciesExceptions: [],
        depConstraints: [
          {
            sourceTag: 'type:domain',
            onlyDependOnLibsWithTags: ['type:domain'],
            allowedExternalImports: ['luxon', 're2js', 'picomatch', 'libphonenumber-js', '@jest/globals', 'fast-check', 'yaml'],
          },
          {
            sourceTag: 'type:contract',
            onlyDependOnLibsWithTags: ['type:contract'],
            allowedExternalImports: ['zod', '@jest/globals', 'fast-check'],
          },
          { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:adapter', 'type:contract', 'type:test'] },
          { sourceTag: 'type:test', onlyDependOnLibsWithTags: ['type:adapter', 'type:contract'] },
          { sourceTag: 'type:app', notDependOnLibsWithTags: ['type:app'] },
        ],
      },
    ],
  },
};

/** Lint runs in a project's folder, so patterns cannot name it. */
const project = basename(process.cwd());
const forTests = ['test-kit', 'system-tests'].includes(project);
const isDomain = ['policy', 'approval', 'detection'].includes(project);

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.nx/**', '**/.holdpoint/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] }, 'import-x/resolver': { node: { extensions: ['.ts', '.js'] } } },
    rules: { 'import-x/no-cycle': ['error', { ignoreExternal: true }], 'import-x/no-default-export': 'error' },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/*.spec.ts', ...(forTests ? ['**/*.ts'] : [])],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'node:process', importNames: ['env', 'default'], message: 'read once, in main.ts, through the schema in config.ts' }],
          patterns: [{ regex: '^@holdpoint/test-kit$', message: 'the test kit is for specs only' }],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'read once, in main.ts, through the schema in config.ts' },
      ],
    },
  },
  { files: ['**/main.ts', '**/*.main.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['**/*.spec.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/unbound-method': 'off', '@typescript-eslint/require-await': 'off' },
  },
  boundaries,
  ...(isDomain ? [purity, textsAsNumbers] : []),
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } } },
);
