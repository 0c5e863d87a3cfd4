import { installSimulation } from '../../../sim/simulate/run-plan.js';

// To be imported before everything else: bluebird, for one, keeps the `setImmediate` that it finds when it is loaded.
installSimulation();
