import { fileURLToPath } from 'node:url';

/** One jest configuration for every project: native ESM, TypeScript through SWC, sources of sibling projects without a build. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@holdpoint/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  injectGlobals: false,
  passWithNoTests: false,
  testTimeout: 30_000,
  reporters: ['default', fileURLToPath(new URL('tools/jest-counts.mjs', import.meta.url))],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
