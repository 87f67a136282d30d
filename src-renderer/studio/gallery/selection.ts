/** Which pictures are selected, and where a range that is drawn next begins. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly anchorId: string | undefined;
}

export const noSelection: Selection = { ids: new Set(), anchorId: undefined };

/** Adds a picture, or takes it out. */
export function toggled(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchorId: id };
}

/** Adds everything from the picture touched last to this one; `order` is the order of the screen. */
export function extended(
  selection: Selection,
  id: string,
  order: readonly { readonly id: string }[],
): Selection {
  const to = order.findIndex((image) => image.id === id);
  const anchor = order.findIndex((image) => image.id === selection.anchorId);
  const from = anchor === -1 ? to : anchor;
  const between = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return {
    ids: new Set([...selection.ids, ...between.map((image) => image.id)]),
    anchorId: selection.anchorId ?? id,
  };
}

export function allOf(order: readonly { readonly id: string }[]): Selection {
  return { ids: new Set(order.map((image) => image.id)), anchorId: order[0]?.id };
}

/** Pictures that have left the list are no longer selected; the same object when none has. */
export function keptIn(selection: Selection, order: readonly { readonly id: string }[]): Selection {
  if (selection.ids.size === 0) return selection;
  const ids = new Set(order.filter((image) => selection.ids.has(image.id)).map((image) => image.id));
  return ids.size === selection.ids.size ? selection : { ...selection, ids };
}
