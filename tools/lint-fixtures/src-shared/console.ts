// expect: eslint(no-console)
export const log = (text: string): void => console.log(text);
