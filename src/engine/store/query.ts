import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** A prepared statement whose rows have a known shape. */
export interface Query<Parameters extends SQLInputValue[], Row> {
  get(...parameters: Parameters): Row | undefined;
  all(...parameters: Parameters): Row[];
  iterate(...parameters: Parameters): Iterable<Row>;
  run(...parameters: Parameters): { readonly lastInsertRowid: number | bigint };
}

export type PrepareQuery = <Parameters extends SQLInputValue[], Row>(sql: string) => Query<Parameters, Row>;

/** Statements of a connection, each prepared when it is first used: what only a writer needs may need rights a reader lacks. */
export const queriesOf =
  (connection: DatabaseSync): PrepareQuery =>
  <Parameters extends SQLInputValue[], Row>(sql: string): Query<Parameters, Row> => {
    let statement: Query<Parameters, Row> | undefined;
    const prepared = (): Query<Parameters, Row> => (statement ??= connection.prepare(sql) as unknown as Query<Parameters, Row>);
    return {
      get: (...parameters) => prepared().get(...parameters),
      all: (...parameters) => prepared().all(...parameters),
      iterate: (...parameters) => prepared().iterate(...parameters),
      run: (...parameters) => prepared().run(...parameters),
    };
  };
