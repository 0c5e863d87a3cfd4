import tseslint from 'typescript-eslint';

/**
 * Two rules of the house are kept here: no promise is left alone, and nothing that must run in a simulated world reaches
 * past its ports. Who may import whom, and what else the tree promises about itself, is in `test/tidy.test.ts`.
 */

const clockMessage = 'Take the time from the Clock port (src/ports/clock.ts): only then does a simulated world own it.';
const timerMessage = 'Set timers with Clock.setTimer (src/ports/clock.ts): only then does a simulated world own them.';
const randomMessage = 'Draw from the Random port (src/ports/random.ts): only then does a seed replay.';
const ioMessage = 'Reach the outside through a port in src/ports and bind it in src/bindings: only then can faults be injected.';
const taskMessage = 'Await a promise instead: a simulated world drains promises exactly, and a throw in here would end the process.';
const garbageMessage = 'The garbage collector is not deterministic: nothing may depend on it.';
const hiddenGlobalMessage = 'Name the global itself, so that it can be seen here what is used; most are banned in favour of a port.';

const realClocks = {
  globals: [
    { name: 'Date', message: clockMessage },
    { name: 'performance', message: clockMessage },
    { name: 'setTimeout', message: timerMessage },
    { name: 'setInterval', message: timerMessage },
    { name: 'setImmediate', message: timerMessage },
    { name: 'crypto', message: randomMessage },
  ],
  properties: [
    { object: 'Math', property: 'random', message: randomMessage },
    { object: 'AbortSignal', property: 'timeout', message: timerMessage },
    { object: 'process', property: 'hrtime', message: clockMessage },
    { object: 'process', property: 'nextTick', message: taskMessage },
  ],
  imports: [
    { regex: '^(node:)?timers(/promises)?$', message: timerMessage },
    // Digests are no entropy.
    { regex: '^(node:)?crypto$', allowImportNames: ['createHash'], message: randomMessage },
    { regex: '^(node:)?perf_hooks$', message: clockMessage },
  ],
};

const realWorld = {
  globals: [
    ...realClocks.globals,
    { name: 'process', message: ioMessage },
    { name: 'queueMicrotask', message: taskMessage },
    { name: 'fetch', message: ioMessage },
    { name: 'WebSocket', message: ioMessage },
    { name: 'MessageChannel', message: ioMessage },
    { name: 'BroadcastChannel', message: ioMessage },
    { name: 'console', message: "Tell it to the Observer port (src/ports/observer.ts): what becomes of it is the host's choice." },
    { name: 'WeakRef', message: garbageMessage },
    { name: 'FinalizationRegistry', message: garbageMessage },
    { name: 'globalThis', message: hiddenGlobalMessage },
    { name: 'global', message: hiddenGlobalMessage },
  ],
  properties: realClocks.properties,
  imports: [{ regex: '^[^.]', message: `src imports its own files only. ${ioMessage}` }],
};

const bans = ({ globals, properties, imports }) => ({
  'no-restricted-globals': ['error', ...globals],
  'no-restricted-properties': ['error', ...properties],
  'no-restricted-imports': ['error', { patterns: imports }],
});

const noModuleState = 'No mutable module state in src: a simulated crash could not erase it. Keep it in the object that create() makes.';

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.holdfast/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-constant-binary-expression': 'error',
      'no-debugger': 'error',
      'no-unused-private-class-members': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A port's method is async so that what goes wrong is a rejection; it need not wait for anything.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'Program > VariableDeclaration[kind!="const"]', message: noModuleState },
        { selector: 'Program > ExportNamedDeclaration > VariableDeclaration[kind!="const"]', message: noModuleState },
        { selector: 'PropertyDefinition[static=true]:not([readonly=true])', message: noModuleState },
      ],
    },
  },
  { files: ['src/**/*.ts'], ignores: ['src/bindings/**'], rules: bans(realWorld) },
  {
    files: ['sim/**/*.ts', 'models/**/*.ts', 'properties/**/*.ts'],
    ignores: [
      '**/*.test.ts',
      // What takes the real clocks away from everybody else must touch them.
      'sim/kernel/{guards,virtual-globals,drain,failure-trap}.ts',
      'sim/node/**',
      // These run outside of any simulated world, or stand between it and real processes.
      'sim/{cli,report,explore,chaos,demo,wire}/**',
      // As in a user's module: in a simulated process these names are the virtual ones.
      'sim/specimens/**',
    ],
    rules: bans(realClocks),
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['test/**/*.ts', '**/*.test.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
