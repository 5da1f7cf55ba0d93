/** Which rows stand in the document: those in sight and some around them, however long the list is. */

export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** Above and below, so that nothing is missing while somebody scrolls. */
const spare = 12;

export function visibleSlice(
  count: number,
  { top, height, rowHeight }: { readonly top: number; readonly height: number; readonly rowHeight: number },
): Slice {
  const first = Math.floor(Math.max(0, top) / rowHeight);
  const last = Math.ceil((Math.max(0, top) + height) / rowHeight);
  return { from: Math.max(0, Math.min(count, first - spare)), to: Math.min(count, last + spare) };
}

/** Where the list must be scrolled so that a row is in sight; as it is, where it is already. */
export function scrollFor(
  index: number,
  { top, height, rowHeight }: { readonly top: number; readonly height: number; readonly rowHeight: number },
): number {
  const [above, below] = [index * rowHeight, (index + 1) * rowHeight - height];
  return Math.max(0, Math.min(Math.max(top, below), above));
}
