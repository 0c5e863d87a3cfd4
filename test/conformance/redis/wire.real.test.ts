import { wireSuite } from './wire.suite.js';

wireSuite({ sequences: 1500 });
