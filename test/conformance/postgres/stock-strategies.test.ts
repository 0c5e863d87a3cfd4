import { enginePostgres, startEngine } from '../../support/engine-postgres.js';
import { stockStrategiesSuite } from './stock-strategies.suite.js';

stockStrategiesSuite('the simulated PostgreSQL', async () => ({ postgres: enginePostgres(await startEngine()), close: () => Promise.resolve() }), 30);
