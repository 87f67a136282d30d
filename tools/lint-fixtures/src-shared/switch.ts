// expect: typescript(switch-exhaustiveness-check)
export function name(state: 'on' | 'off'): string {
  switch (state) {
    case 'on':
      return 'running';
  }
  return '';
}
