/** Ids of the fields that a fix or an example brings the focus to. */
export const fieldIds = { prompt: 'create-prompt', model: 'create-model' } as const;

export const focusField = (field: keyof typeof fieldIds): void =>
  document.getElementById(fieldIds[field])?.focus();
