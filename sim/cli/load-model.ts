import { allModels } from '../../models/all-models.js';
import type { Model } from '../../models/checker/define-model.js';
import { loadModule } from '../load-module.js';
import { UserInputError } from '../user-input-error.js';
import { didYouMean } from './nearest.js';

/** Finds a model: by a name of ours, or as the default export of a module. Throws a `UserInputError`. */
export async function loadModel(name: string): Promise<Model> {
  if (!isPath(name)) {
    const names = allModels.map((model) => model.name);
    const found = allModels.find((model) => model.name === name.toLowerCase());
    if (found !== undefined) return found;
    throw new UserInputError(
      `there is no model ${JSON.stringify(name)}${didYouMean(name, names)}; there is ${names.join(', ')}, or the path of a module (./my-model.ts)`,
    );
  }
  const { default: model } = await loadModule(name);
  if (!isModel(model))
    throw new UserInputError(`${name} does not export a model: end it with "export default defineFormalModel({ name, describe, params, rows, system })"`);
  return model;
}

/** Names of ours have neither slashes nor dots. Told here, so that a thread that explores need not load locks and workloads. */
const isPath = (name: string): boolean => /[./\\]/.test(name);

function isModel(value: unknown): value is Model {
  const { name, params, rows, system } = (value ?? {}) as Partial<Record<keyof Model, unknown>>;
  return typeof name === 'string' && typeof params === 'object' && Array.isArray(rows) && rows.length > 0 && typeof system === 'function';
}
