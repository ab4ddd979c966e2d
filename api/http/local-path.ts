/**
 * A path of this server, with its query, as a redirect may lead to. Not `//host` or `/\host`, which browsers take for
 * another server, and no character that they would drop before they look (tab, line end) or turn around (backslash).
 */
export const localPathPattern = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;
export const longestLocalPath = 500;

/** The text where it is such a path of at most 500 characters; undefined otherwise. */
export const localPath = (text: string | undefined): string | undefined =>
  text !== undefined && text.length <= longestLocalPath && localPathPattern.test(text) ? text : undefined;
