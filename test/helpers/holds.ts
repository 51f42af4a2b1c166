import fc from 'fast-check';

/**
 * Throws, with the smallest counterexample, when `property` does not hold. fast-check's own `assert` is overloaded with a promise;
 * in some clones the lint takes the wrong overload and calls it floating.
 */
export const holds = <Values>(property: fc.IProperty<Values>, parameters?: fc.Parameters<Values>): void =>
	fc.assert(property, parameters);
