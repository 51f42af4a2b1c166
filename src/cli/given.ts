type Given<Fields> = {[Key in keyof Fields]?: Exclude<Fields[Key], undefined>};

/** `fields` without those that are `undefined`: a parameter that was not given is absent on the wire. */
export const given = <const Fields extends object>(fields: Fields): Given<Fields> =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;
