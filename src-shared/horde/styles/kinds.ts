/** What a style is for; a collection holds styles of one kind. */
export const styleKinds = ['image', 'text'] as const;
export type StyleKind = (typeof styleKinds)[number];
