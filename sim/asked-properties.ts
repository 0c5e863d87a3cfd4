import { properties } from '../properties/index.js';
import type { Property } from '../properties/property.js';
import type { WorkloadDefinition } from './define-workload.js';
import { UserInputError } from './user-input-error.js';

/** The properties that a workload asks for. Throws a `UserInputError` for a name that is none. */
export function askedProperties(workload: WorkloadDefinition): readonly Property[] {
  return workload.check.map((name) => {
    const property = properties.get(name);
    if (property !== undefined) return property;
    throw new UserInputError(`workload ${workload.name} checks ${JSON.stringify(name)}, which is no property; there are ${[...properties.keys()].join(', ')}`);
  });
}
