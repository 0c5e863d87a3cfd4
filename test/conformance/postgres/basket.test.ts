import { enginePostgres, startEngine } from '../../support/engine-postgres.js';
import { basketSuite } from './basket.suite.js';

basketSuite('the simulated PostgreSQL', async () => ({ postgres: enginePostgres(await startEngine()), close: () => Promise.resolve() }), 30);
