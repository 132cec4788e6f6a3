import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      complexity: ['error', 12],
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'no-shadow': 'error',
      // Parameters that an override does not need stay, to show the signature.
      'no-unused-vars': ['error', { args: 'none' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
];
