import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { Logger } from 'pino';
import { isDiskFull } from '#main/platform/disk-full.ts';
import { type Problem, ProblemError } from '#shared/common/problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller runs on this computer: loopback socket, no forwarding header, no foreign origin. */
    isLocal: boolean;
  }
}

/** A Fastify instance whose routes take their types from TypeBox schemas. */
export type AppFastify = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  Logger,
  TypeBoxTypeProvider
>;

export interface FastifyBaseOptions {
  readonly log: Logger;
  /** Bytes of a body that a route without a limit of its own accepts. */
  readonly bodyLimit?: number;
  /** `/app` refuses unknown keys, `/api/v2` accepts and drops them (`decisions.md` 28). */
  readonly unknownKeys: 'refuse' | 'drop';
  /** Characters of one path parameter; names of models are longer than the usual 100. */
  readonly maxParamLength?: number;
}

/**
 * The base of both listeners: validation that collects every violation, errors as
 * `{ message, rc?, errors? }`, no text of an unexpected error on the wire; a full disk is told as 507.
 */
export function createFastify(options: FastifyBaseOptions): AppFastify {
  const server = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    // No line tells of a request by itself, so there is nothing that a number of it would tie together.
    childLoggerFactory: (logger) => logger,
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    routerOptions: { maxParamLength: options.maxParamLength ?? 100 },
    requestTimeout: 120_000,
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    ajv: {
      customOptions: {
        allErrors: true,
        coerceTypes: false,
        removeAdditional: options.unknownKeys === 'drop',
        useDefaults: false,
        strict: false,
      },
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.decorateRequest('isLocal', false);
  server.setErrorHandler<FastifyError | ProblemError>((error, request, reply) =>
    sendProblem(error, request, reply),
  );
  return server;
}

const diskFull = 'The disk that holds the data of this server is full. Nothing was changed.';

function sendProblem(
  error: FastifyError | ProblemError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof ProblemError) return reply.code(error.status).send(problemOf(error));
  if (error.validation) {
    return reply.code(400).send({
      message: 'Input payload validation failed',
      errors: validationErrors(error),
    } satisfies Problem);
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return reply.code(status).send({ message: error.message } satisfies Problem);
  request.log.error({ err: error }, 'unexpected error');
  if (isDiskFull(error)) return reply.code(507).send({ message: diskFull } satisfies Problem);
  return reply.code(500).send({ message: 'Internal Server Error' } satisfies Problem);
}

/** The body of a refusal; keys without a value are left out. */
export function problemOf(error: ProblemError): Problem {
  return {
    message: error.message,
    ...(error.rc === undefined ? {} : { rc: error.rc }),
    ...(error.errors === undefined ? {} : { errors: { ...error.errors } }),
  };
}

/** Violations by dotted path, one sentence a path (`api.md` 1.5.2). */
function validationErrors(error: FastifyError): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const violation of error.validation ?? []) {
    const path = violation.instancePath.split('/').filter((part) => part !== '');
    const missing = violation.params['missingProperty'];
    if (typeof missing === 'string') path.push(missing);
    errors[path.join('.')] = violation.message ?? 'is not valid';
  }
  return errors;
}
