export { ProblemNote } from './ProblemNote.tsx';
export { describeProblem, type ProblemFix } from './problem-table.ts';
