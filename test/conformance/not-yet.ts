/**
 * Rows that this proxy does not meet, each with its reason. They run as expected failures, so that a row that begins
 * to pass turns the suite red until it is taken off this list.
 */

export const notYet: Readonly<Record<string, string>> = {};
