import ts from 'typescript';

/** What code does with a message class. */
export type Deed =
  | 'publishes'
  | 'enqueues'
  | 'sends'
  /** Makes it, and it is not seen what for. */
  | 'makes'
  /** Registers a handler or a listener for it. */
  | 'handles'
  /** Registers a guard or a route for it, or reads something of its class. */
  | 'wires'
  /** Hands the class on, so that what happens to it cannot be seen. */
  | 'passes';

/** One place in the source where a message class is used. */
export interface Use {
  /** The wire name of the message. */
  readonly type: string;
  readonly deed: Deed;
  readonly line: number;
}

/** A message class, as an import names it. */
export interface Imported {
  readonly type: string;
  readonly kind: string;
}

/** Finds the message that a module exports under a name. */
export type Find = (module: string, name: string) => Imported | undefined;

/**
 * What a file does with the message classes that it imports, read from its syntax tree: nothing runs. A message that is made
 * within a call of `publish`, `enqueue` or `send` takes part in it; so does an event that is made anywhere.
 */
export function usesIn(text: string, find: Find): readonly Use[] {
  const source = ts.createSourceFile('file.tsx', text, ts.ScriptTarget.Latest, true);
  const { named, spaces } = importsOf(source);
  const uses: Use[] = [];

  const messageAt = (node: ts.Node): Imported | undefined => {
    if (ts.isIdentifier(node)) {
      const imported = named.get(node.text);
      return imported === undefined ? undefined : find(imported.module, imported.name);
    }
    if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
    const module = spaces.get(node.expression.text);
    return module === undefined ? undefined : find(module, node.name.text);
  };
  const visit = (node: ts.Node): void => {
    // Types, imports and exports say nothing of what happens.
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const message = isName(node) ? undefined : messageAt(node);
    if (message === undefined) return ts.forEachChild(node, visit);
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    uses.push({ type: message.type, deed: deedOf(node, message), line: line + 1 });
  };
  ts.forEachChild(source, visit);
  return uses;
}

interface Imports {
  readonly named: ReadonlyMap<string, { readonly module: string; readonly name: string }>;
  /** `import * as orders from …`, by the name of the space. */
  readonly spaces: ReadonlyMap<string, string>;
}

function importsOf(source: ts.SourceFile): Imports {
  const named = new Map<string, { readonly module: string; readonly name: string }>();
  const spaces = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const module = statement.moduleSpecifier.text;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined) continue;
    if (ts.isNamespaceImport(bindings)) spaces.set(bindings.name.text, module);
    else
      for (const { name, propertyName } of bindings.elements)
        named.set(name.text, { module, name: (propertyName ?? name).text });
  }
  return { named, spaces };
}

/** Whether an identifier is only the name of a field or of a declaration, not a value. */
function isName(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent) || ts.isParameter(parent) || ts.isVariableDeclaration(parent))
    return parent.name === node;
  return ts.isBindingElement(parent);
}

const verbs: Readonly<Record<string, Deed>> = {
  publish: 'publishes',
  collect: 'publishes',
  enqueue: 'enqueues',
  send: 'sends',
  trySend: 'sends',
};
const handling = new Set(['handles', 'listens', 'methods']);
const wiring = new Set(['route', 'contract']);
const guarding = new Set(['guard', 'guardWith', 'before', 'after']);

function deedOf(node: ts.Node, { kind }: Imported): Deed {
  const made = makingOf(node);
  if (made !== undefined) return verbAround(made) ?? (kind === 'event' ? 'publishes' : 'makes');
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    const name = ts.isCallExpression(at) ? (nameOfCall(at) ?? '') : '';
    if (name === 'on') return isGuard(at) ? 'wires' : 'handles';
    if (handling.has(name)) return 'handles';
    if (wiring.has(name)) return 'wires';
    if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) return 'wires';
    if (ts.isBlock(at)) break;
  }
  // `OrderPlaced.type` and the like only read something.
  return ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node ? 'wires' : 'passes';
}

/** Whether the calls behind `on(…)` make a guard of it. */
function isGuard(on: ts.Node): boolean {
  for (let at = on; ts.isPropertyAccessExpression(at.parent) || ts.isCallExpression(at.parent); at = at.parent) {
    if (ts.isPropertyAccessExpression(at.parent) && guarding.has(at.parent.name.text)) return true;
    if (ts.isCallExpression(at.parent) && at.parent.expression !== at) return false;
  }
  return false;
}

/** The expression that makes a message: `new OrderPlaced(…)` or `OrderPlaced.parse(…)`. */
function makingOf(node: ts.Node): ts.Node | undefined {
  const { parent } = node;
  if (ts.isNewExpression(parent) && parent.expression === node) return parent;
  const isParse = ts.isPropertyAccessExpression(parent) && parent.expression === node && parent.name.text === 'parse';
  return isParse && ts.isCallExpression(parent.parent) ? parent.parent : undefined;
}

/** What the call does in whose arguments a message is made. A function in between is called there, too. */
function verbAround(made: ts.Node): Deed | undefined {
  for (let at = made.parent; !ts.isSourceFile(at); at = at.parent) {
    const verb = ts.isCallExpression(at) ? verbs[nameOfCall(at) ?? ''] : undefined;
    if (verb !== undefined) return verb;
    if (ts.isBlock(at)) return undefined;
  }
  return undefined;
}

function nameOfCall({ expression }: ts.CallExpression): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined;
}
