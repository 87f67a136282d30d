/** One message of an event stream. */
export interface ServerSentMessage {
  /** Id from which a reader of this message resumes. */
  readonly id: string;
  /** `undefined` for a message that only moves the id on. */
  readonly data: string | undefined;
}

/** Reads `text/event-stream` piece by piece. */
export interface SseParser {
  /** Takes the next piece, cut anywhere, and gives the messages that it completes. */
  push(text: string): ServerSentMessage[];
}

/**
 * A parser of server-sent events (WHATWG HTML 9.2.6). Event names and `retry` are not read: core sends
 * neither names nor waits that differ from ours.
 */
export function createSseParser(lastEventId = ''): SseParser {
  let rest = '';
  let id = lastEventId;
  let data: string[] = [];

  const readLine = (line: string): void => {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (name === 'data') data.push(value);
    if (name === 'id' && !value.includes('\0')) id = value;
  };

  return {
    push: (text) => {
      // A CR at the very end may be half of a CRLF: it waits for the next piece.
      const all = rest + text;
      const isHalf = all.endsWith('\r');
      const lines = (isHalf ? all.slice(0, -1) : all).split(/\r\n|\n|\r/);
      rest = (lines.pop() ?? '') + (isHalf ? '\r' : '');
      const messages: ServerSentMessage[] = [];
      for (const line of lines) {
        if (line !== '') {
          readLine(line);
          continue;
        }
        messages.push({ id, data: data.length === 0 ? undefined : data.join('\n') });
        data = [];
      }
      return messages;
    },
  };
}
