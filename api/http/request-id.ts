const acceptable = /^[\w.:+/=-]{1,128}$/;

/** The client's own request id where it is one that a log can hold, else a new one. */
export const requestIdOf = (given: string | string[] | undefined, newId: () => string): string =>
  typeof given === 'string' && acceptable.test(given) ? given : newId();
