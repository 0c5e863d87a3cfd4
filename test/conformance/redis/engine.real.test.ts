import { engineSuite } from './engine.suite.js';

// The long form, with the table of what was hit.
engineSuite({ sequences: 6000, scripts: 20_000, floor: 20 });
