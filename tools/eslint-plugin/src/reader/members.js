import { distinct } from './flow.js';
import { SOMETHING, isNamed } from './names.js';
import { UNKNOWN, asNode, isClass, isFunction, keyName, propertyOf, returnsOf } from './nodes.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./reader.js').Reader} Reader */
/** @typedef {Extract<Node, { type: 'CallExpression' | 'NewExpression' }>} Call */
/** @typedef {{ key: string, value: Node, isSpread?: boolean }} Entry */

/**
 * Finds the members of lists, objects, classes and enums in the file.
 * @param {Reader} reader
 */
export function createMembers(reader) {
  /** @type {Map<Node, Map<string, Node[]>>} */
  const members = new Map();

  return { membersOf, elementsOf };

  /**
   * @param {Node} node
   * @param {string} key
   * @returns {Node[]}
   */
  function membersOf(node, key) {
    const found = reader.sourcesOf(node).flatMap((source) => {
      const known = members.get(source) ?? new Map();
      members.set(source, known);
      // An object that spreads itself, as in `a = { ...a }`, gains nothing.
      if (!known.has(key)) known.set(key, []).set(key, findMembers(source, key));
      return known.get(key) ?? [];
    });
    return distinct(found);
  }

  /**
   * @param {Node} source
   * @param {string} key
   * @returns {Node[]}
   */
  function findMembers(source, key) {
    if (source.type === 'CallExpression' || source.type === 'NewExpression') return membersOfResult(source, key);
    const own = entriesOf(source).flatMap((entry) => {
      if (entry.isSpread) return membersOf(entry.value, key);
      return key === UNKNOWN || entry.key === key ? [entry.value] : [];
    });
    const held = [...own, ...assignedTo(source, key)];
    return held.length === 0 && isClass(source) && source.superClass ? membersOf(asNode(source.superClass), key) : held;
  }

  /**
   * The values assigned as in `object.key = value`.
   * @param {Node} source
   * @param {string} key
   */
  function assignedTo(source, key) {
    return reader.accessesTo(key).flatMap((access) => {
      const { object, parent } = access;
      if (parent.type !== 'AssignmentExpression' || parent.left !== access) return [];
      return isSame(asNode(object), source) ? [asNode(parent.right)] : [];
    });
  }

  /**
   * Two expressions are one object if both refer to the same thing in the file, or to the same global.
   * @param {Node} node
   * @param {Node} source
   */
  function isSame(node, source) {
    if (reader.sourcesOf(node).includes(source)) return true;
    const names = reader.namesOf(source).filter((name) => name !== SOMETHING);
    return names.some((name) => reader.namesOf(node).includes(name));
  }

  /**
   * @param {Node} node
   * @returns {Node[]}
   */
  function elementsOf(node) {
    const [list] = reader.sourcesOf(node).filter(({ type }) => type === 'ArrayExpression');
    return list ? membersOf(node, UNKNOWN) : [node];
  }

  /**
   * Calls that return the same elements or members: `Object.values(a)`, `new Set(a)`, `a.filter(f)`. An instance has the
   * members of its class.
   * @param {Call} call
   * @param {string} key
   * @returns {Node[]}
   */
  function membersOfResult({ callee, arguments: [first] }, key) {
    if (first && isNamed(reader, callee, /^(Object\.values|Array\.from|Set)$/))
      return membersOf(asNode(first), UNKNOWN);
    const isSelection =
      callee.type === 'MemberExpression' &&
      /^(filter|slice|sort|reverse|concat)$/.test(propertyOf(callee, reader.stringsOf));
    if (isSelection) return membersOf(asNode(callee.object), /^\d+$/.test(key) ? UNKNOWN : key);
    return reader
      .sourcesOf(asNode(callee))
      .filter(isClass)
      .flatMap((source) => membersOf(source, key));
  }
}

/**
 * @param {Node} node
 * @returns {Entry[]}
 */
function entriesOf(node) {
  if (isEnum(node)) return node.body.members.flatMap(({ id, initializer }) => entries(keyName(id), initializer));
  switch (node.type) {
    case 'ArrayExpression':
      return node.elements.flatMap((element, i) => entries(String(i), element));
    case 'ObjectExpression':
      return node.properties.flatMap((property) =>
        property.type === 'SpreadElement' ? entries('', property) : entriesOfMember(property),
      );
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.body.body.flatMap((member) => ('key' in member ? entriesOfMember(member) : []));
    default:
      return [];
  }
}

/**
 * A getter holds what it returns; a constructor holds the parameters that TypeScript turns into members.
 * @param {{ computed?: boolean, key: object, kind?: string, value?: object | null | undefined }} member
 * @returns {Entry[]}
 */
function entriesOfMember({ computed, key, kind, value }) {
  const name = computed && !('value' in key) ? UNKNOWN : keyName(key);
  const fn = value ? asNode(value) : undefined;
  if (kind === 'set') return [];
  if (!fn || !isFunction(fn)) return entries(name, value);
  if (kind === 'get') return returnsOf(fn).flatMap((result) => entries(name, result));
  if (kind === 'constructor') return fn.params.flatMap((param) => entriesOfParameter(Object(param)));
  return entries(name, value);
}

/** @param {{ type: string, parameter?: object }} param */
function entriesOfParameter({ type, parameter }) {
  if (type !== 'TSParameterProperty' || !parameter) return [];
  const name = 'left' in parameter ? Object(parameter.left) : parameter;
  return 'name' in name ? entries(String(name.name), name) : [];
}

/**
 * @param {string} key
 * @param {object | null | undefined} value
 * @returns {Entry[]}
 */
function entries(key, value) {
  if (!value) return [];
  const node = asNode(value);
  return node.type === 'SpreadElement'
    ? [{ key, value: asNode(node.argument), isSpread: true }]
    : [{ key, value: node }];
}

/**
 * @param {object} node
 * @returns {node is { body: { members: { id: object, initializer?: object }[] } }}
 */
function isEnum(node) {
  return 'type' in node && node.type === 'TSEnumDeclaration';
}
