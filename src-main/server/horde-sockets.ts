import type { Server } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Sockets that one other computer may have open (`accounts-and-safety.md` T-THR-13). */
export const socketsPerAddress = 64;

/** Closes what another computer opens beyond its share; this computer is not limited (`decisions.md` 30). */
export function limitSockets(server: Server): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const caller = callerOf(socket.remoteAddress);
    if (caller === undefined) return;
    const count = open.get(caller) ?? 0;
    if (count >= socketsPerAddress) {
      socket.destroy();
      return;
    }
    open.set(caller, count + 1);
    socket.once('close', () => {
      const left = (open.get(caller) ?? 1) - 1;
      if (left > 0) open.set(caller, left);
      else open.delete(caller);
    });
  });
}

/** IPv4 by its address, IPv6 by its network of 64 bits; nothing for this computer. */
function callerOf(address: string | undefined): string | undefined {
  if (address === undefined || !ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'loopback') return undefined;
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return parsed.parts.slice(0, 4).join(':');
}
