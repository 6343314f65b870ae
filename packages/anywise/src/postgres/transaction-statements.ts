import { prepared } from './database.js';
import { logStatements, type LogStatements } from './event-log.js';
import { fenced, fencedAll } from './fence.js';
import { finishAllSql, finishSql } from './finish.js';
import { HandlerStatements } from './handler-statements.js';
import { insertionsInto, type Insertions } from './insertions.js';
import { cancelSql } from './outbox.js';
import { giveUpOthersSql, projectionStatements, type ProjectionStatements } from './projections.js';
import { keepReplySql } from './replies.js';
import { sagaStatements, type SagaStatements } from './sagas.js';
import type { Statement } from './session.js';
import { beginIn, quoted } from './sql.js';

/** The statements that the transactions of a store share. */
export interface TransactionStatements {
  readonly begin: string;
  readonly beginReadOnly: string;
  /** Of a transaction that has nothing to do but to append. */
  readonly beginAppend: string;
  readonly insertions: Insertions;
  readonly cancel: Statement;
  readonly keepReply: Statement;
  readonly finish: Statement;
  readonly finishAll: Statement;
  readonly log: LogStatements;
  readonly projections: ProjectionStatements;
  readonly sagas: SagaStatements;
  readonly ofHandlers: HandlerStatements;
}

export function transactionStatements(schemaName: string): TransactionStatements {
  const schema = quoted(schemaName);
  const projections = projectionStatements(schemaName);
  return {
    begin: beginIn(schemaName),
    beginReadOnly: beginIn(schemaName, true),
    beginAppend: `BEGIN; ${projections.appendShared.text}`,
    insertions: insertionsInto(schema),
    cancel: { text: cancelSql(schema) },
    keepReply: prepared(fenced(keepReplySql(schema))),
    finish: prepared(fenced(finishSql(schema))),
    // Unnamed: it is planned for as many messages as there are.
    finishAll: { text: fencedAll(finishAllSql(schema), '$5') },
    log: logStatements(schemaName, (written) => giveUpOthersSql(schemaName, written)),
    projections,
    sagas: sagaStatements(schema),
    ofHandlers: new HandlerStatements(),
  };
}
