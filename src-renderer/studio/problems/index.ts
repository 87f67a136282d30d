export { describeProblem, type Problem, type ProblemFix } from './problem-table.ts';
export { ProblemNote } from './ProblemNote.tsx';
export { toProblem } from './to-problem.ts';
export { useProblemSentence } from './use-problem-sentence.ts';
