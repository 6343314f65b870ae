/** How long records of actions are kept: 90 days. */
export const actionsKeptMs = 90 * 86_400_000;

/** How many steps of a saga are kept, besides messages that wait. */
export const keptSteps = 100;

/** How long a process that says nothing stays known: a day. */
export const processKeptMs = 86_400_000;
