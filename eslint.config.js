import tseslint from 'typescript-eslint';

/** Imports go one way: cli → server → app → (datastore, jobs, strategies, pipeline) → (engine, image). */
const layers = [
  ['image', ['engine', 'pipeline', 'datastore', 'jobs', 'strategies', 'app', 'server', 'cli']],
  ['engine', ['pipeline', 'datastore', 'jobs', 'strategies', 'app', 'server', 'cli']],
  ['pipeline', ['datastore', 'jobs', 'strategies', 'app', 'server', 'cli']],
  ['strategies', ['app', 'server', 'cli']],
  ['datastore', ['jobs', 'strategies', 'app', 'server', 'cli']],
  ['jobs', ['datastore', 'strategies', 'app', 'server', 'cli']],
  ['app', ['server', 'cli']],
  ['server', ['cli']],
];

export default tseslint.config(
  { ignores: ['dist', 'build', 'node_modules', 'native', 'sample-data', 'coverage', 'lib/server/static'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  ...layers.map(([folder, above]) => ({
    files: [`lib/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: above.map((name) => `**/${name}/**`), message: `lib/${folder} lies below these.` }] },
      ],
    },
  })),
  {
    files: ['apps/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/lib/**'], message: "Apps import 'monailabel'." }] },
      ],
    },
  },
  {
    files: ['web/src/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/lib/**'], allowTypeImports: true, message: 'Only types come from the server.' }] },
      ],
    },
  },
  {
    files: ['web/src/!(viewer)/**/*.ts', 'web/src/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: ['@niivue/niivue'] }] },
  },
  {
    files: ['web/src/labelmap/**/*.ts'],
    rules: {
      // It replaces what the block above says, so it has to say that too.
      'no-restricted-imports': ['error', { patterns: [{ regex: '^(?!\\./)', message: 'labelmap stands alone.' }] }],
    },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-floating-promises': 'error' } },
);
