// @ts-check
/**
 * @typedef {object} Outcome what a step found
 * @property {number} passed
 * @property {{ name: string, text: string }[]} failures
 * @property {{ name: string, reason: string }[]} skipped
 * @property {string} [note] a figure worth a line, such as a size
 *
 * @typedef {Outcome & { name: string, seconds: number }} StepResult
 */

/**
 * @param {string} [note]
 * @returns {Outcome}
 */
export const pass = (note) => ({ passed: 1, failures: [], skipped: [], ...(note ? { note } : {}) });

/**
 * @param {string} text
 * @returns {Outcome}
 */
export const fail = (text) => ({ passed: 0, failures: [{ name: '', text }], skipped: [] });

/**
 * @param {string} name
 * @param {string} reason
 * @returns {Outcome}
 */
export const skip = (name, reason) => ({ passed: 0, failures: [], skipped: [{ name, reason }] });

/** @param {StepResult} result */
export function print(result) {
  const mark =
    result.failures.length > 0 ? 'FAILED' : result.passed === 0 && result.skipped.length > 0 ? 'skip' : 'ok';
  const counts = result.passed + result.failures.length > 1 ? `${result.passed} passed` : '';
  const details = [counts, result.note].filter(Boolean).join(', ');
  line(`${mark.padEnd(7)}${result.name.padEnd(18)}${result.seconds.toFixed(1).padStart(7)} s  ${details}`);
}

/**
 * Prints failures in full, skipped tests with their reasons, and the sum.
 * @param {readonly StepResult[]} results
 * @returns {boolean} whether nothing failed
 */
export function report(results) {
  const failures = results.flatMap((step) =>
    step.failures.map((failure) => ({ step: step.name, ...failure })),
  );
  for (const failure of failures) {
    line(`\n--- ${[failure.step, failure.name].filter(Boolean).join(': ')}`);
    line(failure.text.trimEnd());
  }
  const skipped = results.flatMap((step) => step.skipped);
  if (skipped.length > 0) line('\nNot run here:');
  for (const { name, reason } of skipped) line(`- ${name} (${reason})`);
  const passed = results.reduce((sum, step) => sum + step.passed, 0);
  line(`\n${passed} passed, ${failures.length} failed, ${skipped.length} skipped`);
  return failures.length === 0;
}

/** @param {string} text */
function line(text) {
  process.stdout.write(`${text}\n`);
}
