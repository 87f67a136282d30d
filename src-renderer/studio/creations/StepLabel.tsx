import type { Creation } from '#shared/studio/creations/schema.ts';
import thumbnail from '#ui/ui/thumbnail.module.css';

/** The step of the picture that is being made, on its preview; whoever cannot see it hears it elsewhere. */
export function StepLabel({ creation }: { readonly creation: Creation }) {
  const { step, steps } = creation.progress;
  if (step === null || steps === null) return null;
  return (
    <span className={thumbnail.step} aria-hidden="true">
      {step}/{steps}
    </span>
  );
}
