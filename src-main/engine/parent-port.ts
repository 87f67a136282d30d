/** The engine's side of its line to core. */
export interface ParentPort {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Core is gone: the engine has no reason to stay. */
  onClose(listener: () => void): void;
}

/** What Electron puts on `process` in a utility process. */
interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

function isElectronPort(value: unknown): value is ElectronPort {
  return typeof value === 'object' && value !== null && 'postMessage' in value && 'on' in value;
}

/** The line to whoever started this process. @throws Error when it was started by hand. */
export function openParentPort(): ParentPort {
  const electron: unknown = Reflect.get(process, 'parentPort');
  if (isElectronPort(electron)) {
    return {
      send: (message) => electron.postMessage(message),
      onMessage: (listener) => electron.on('message', ({ data }) => listener(data)),
      // Electron ends its utility processes with itself.
      onClose: () => undefined,
    };
  }
  if (!process.send) throw new Error('An engine process is started by the app, not by hand');
  return {
    // A line that broke is told by `disconnect`; the message has no receiver any more.
    send: (message) => void process.send?.(message, undefined, {}, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.once('disconnect', listener),
  };
}
