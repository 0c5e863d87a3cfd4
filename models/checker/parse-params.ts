import type { Model, ParamValue, ParamValues } from './define-model.js';
import { ModelError } from './model-error.js';
import type { Domain } from './shape.js';

/**
 * The parameters of a model: those that are given, as text or as values, and the first row's for the others. Names and
 * values are taken in any case.
 */
export function parseParams(model: Model, given: Readonly<Record<string, ParamValue>>): ParamValues {
  const values: Record<string, ParamValue> = { ...model.rows[0]?.params };
  for (const [name, value] of Object.entries(given)) {
    const known = Object.keys(model.params).find((known) => known.toLowerCase() === name.toLowerCase());
    const domain = known === undefined ? undefined : model.params[known];
    if (known === undefined || domain === undefined) {
      throw new ModelError(`${model.name} has no parameter ${name}; it has ${Object.keys(model.params).join(', ')}`);
    }
    values[known] = parse(model, known, domain, String(value));
  }
  return values;
}

function parse(model: Model, name: string, domain: Domain, text: string): ParamValue {
  const complain = (wanted: string): never => {
    throw new ModelError(`${name} of ${model.name} is ${wanted}, got ${JSON.stringify(text.slice(0, 60))}`);
  };
  switch (domain.kind) {
    case 'flag':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : complain('true or false');
    case 'choice':
      return domain.names.find((known) => known.toLowerCase() === text.toLowerCase()) ?? complain(`one of ${domain.names.join(', ')}`);
    case 'range': {
      const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
      return value >= domain.min && value <= domain.max ? value : complain(`a whole number from ${domain.min} to ${domain.max}`);
    }
    case 'id':
      return complain('not for anybody to choose');
  }
}
