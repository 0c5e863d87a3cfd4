import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { httpJson } from '../../others/support/http-json.js';
import { again, expectSame } from './again.js';
import type { CompatibilityCase } from './compatibility-case.js';

/** Customers who post and read at two servers. */
const customersAt =
  (listen: (port: number) => unknown): CompatibilityCase['body'] =>
  async (world) => {
    for (const name of ['shop-1', 'shop-2']) world.process(name, () => void listen(80));
    const customers = ['customer-1', 'customer-2'].map((name) =>
      world.process(name, async () => {
        for (let round = 0; round < 4; round++) {
          const shop = `http://shop-${world.integer(1, 2)}`;
          const order = { from: name, lines: Array.from({ length: world.integer(1, 50) }, (_, line) => `line ${line}`) };
          const answer = await again(() => httpJson('POST', `${shop}/orders`, order));
          expectSame('POST', answer, { status: 201, body: order });
          const missing = await again(() => httpJson('GET', `${shop}/nowhere`));
          expectSame('GET', missing.status, 404);
          await sleep(world.integer(0, 50));
        }
      }),
    );
    for (const customer of customers) await customer.finished;
  };

const express5: CompatibilityCase = {
  name: 'express',
  folder: 'express',
  does: 'a JSON service on two machines, JSON bodies, 404s',
  needs: 'nothing',
  faults: ['delay', 'reset', 'pause'],
  body: customersAt((port) => {
    const app = express();
    app.use(express.json());
    app.post('/orders', async (request, response) => {
      await sleep(10);
      response.status(201).json(request.body);
    });
    app.use((_request, response) => void response.status(404).json({ error: 'not found' }));
    return app.listen(port);
  }),
};

const nodeHttp: CompatibilityCase = {
  name: 'node:http',
  folder: null,
  does: 'client and server, bodies in several pieces, connections cut',
  needs: 'nothing',
  faults: ['delay', 'reset', 'pause'],
  body: customersAt((port) =>
    createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('error', () => response.destroy());
      request.on('end', () => {
        const isKnown = request.url === '/orders';
        response.writeHead(isKnown ? 201 : 404, { 'content-type': 'application/json' });
        for (const part of isKnown ? parts : []) response.write(part);
        response.end();
      });
    }).listen(port),
  ),
};

export const httpCases: readonly CompatibilityCase[] = [express5, nodeHttp];
