import type { Town } from './town.ts';

/** A call of an operation, whose path parameters all have the same value. */
export interface OperationCall {
  readonly method: string;
  readonly to: string;
  /** As the document of the API writes it. */
  readonly path: string;
  readonly hasParameter: boolean;
}

/** Every operation that the horde says to have. */
export async function everyOperation(town: Pick<Town, 'http'>, parameter: string): Promise<OperationCall[]> {
  const { body } = await town.http({ method: 'GET', to: '/api/swagger.json' });
  // What it holds has tests of its own, with two parsers.
  const paths = Object.entries(body.paths as Record<string, object>);
  return paths.flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map((method) => ({
        method: method.toUpperCase(),
        path,
        to: `${body.basePath}${path.replace(/\{[^}]+\}/g, () => parameter)}`,
        hasParameter: path.includes('{'),
      })),
  );
}
