/** The file is not a database, or its pages contradict each other. */
export class DatabaseDamagedError extends Error {
  override readonly name = 'DatabaseDamagedError';
}

/** The data was written by a newer Yurt: opening it could lose what this one does not know. */
export class DatabaseFromFutureError extends Error {
  override readonly name = 'DatabaseFromFutureError';
}

/**
 * The database server cannot be used. The message tells a person why and what to do; neither it nor anything
 * else of the error holds the password.
 */
export class DatabaseServerError extends Error {
  override readonly name = 'DatabaseServerError';
}
