import { moduleName } from './names.js';
import { UNKNOWN, asNode, keyName } from './nodes.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./nodes.js').Fn} Fn */
/** @typedef {import('./variables.js').Value} Value */
/** @typedef {import('./reader.js').Reader} Reader */
/** @typedef {Extract<Node, { type: 'CallExpression' | 'NewExpression' }>} Call */

const ITERATIONS = /^(map|forEach|flatMap|filter|some|every|find|findLast)$/;

/** Functions that pass a loader to their callback, and which of its parameters that is. */
const handing = [
  {
    to: /^test#$|^(test#)?(test|it|suite|describe|before|after|beforeEach|afterEach|only|skip|todo)(\.\w+)*$/,
    index: 0,
    name: 'test#',
  },
  { to: /^SystemJS\.register$|^(systemjs#)?System\.register$/, index: 1, name: 'System' },
  { to: /^require\.ensure$/, index: 0, name: 'require' },
];

/** AMD functions, whose last argument receives the modules named in a list before it. */
const amd = /^(define|require|requirejs#?(define)?)$/;
const amdDefaults = ['require', 'exports', 'module'];

/**
 * Finds the arguments that calls in this file pass for a parameter.
 * @param {Reader} reader
 */
export function createParameters(reader) {
  return argumentsOf;

  /**
   * @param {Fn} fn
   * @param {number} index
   * @returns {Value[]}
   */
  function argumentsOf(fn, index) {
    return usesOf(fn).flatMap((used) => {
      const call = used.parent;
      if (call?.type !== 'CallExpression' && call?.type !== 'NewExpression') return [];
      if (call.callee === used) return valuesOf(call.arguments.slice(index, index + 1));
      return givenBy(call, used, index);
    });
  }

  /**
   * The expressions that refer to this function. A constructor is called through its class.
   * @param {Fn} fn
   * @returns {Node[]}
   */
  function usesOf(fn) {
    const { parent } = fn;
    const isConstructor = parent.type === 'MethodDefinition' && parent.kind === 'constructor';
    const owner = isConstructor ? asNode(Object(parent.parent.parent)) : fn;
    const holder = parent.type === 'VariableDeclarator' ? parent : owner;
    const names = reader.sourceCode
      .getDeclaredVariables(holder)
      .filter(({ defs }) => defs.some(({ node, type }) => node === holder && type !== 'Parameter'))
      .flatMap(({ references }) => references.map(({ identifier }) => asNode(identifier)));
    if (isConstructor) return names.filter((name) => name.parent?.type === 'NewExpression');
    return [fn, ...names, ...accessesTo(fn)];
  }

  /**
   * Where a function is read from the object that holds it: `tools.load` for `const tools = { load() {} }`.
   * @param {Fn} fn
   * @returns {Node[]}
   */
  function accessesTo(fn) {
    const { parent } = fn;
    const isMember = 'key' in parent && 'value' in parent && parent.value === fn;
    const isAssigned = parent.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression';
    if (!isMember && !isAssigned) return [];
    const key = keyName(isMember ? Object(parent.key) : Object(Object(parent).left.property));
    return reader
      .accessesTo(key)
      .filter((access) => reader.membersOf(asNode(access.object), key).includes(fn))
      .map(asNode);
  }

  /**
   * What a function receives if it is passed to another one.
   * @param {Call} call
   * @param {Node} fn
   * @param {number} index
   * @returns {Value[]}
   */
  function givenBy({ callee, arguments: args }, fn, index) {
    const position = args.findIndex((argument) => argument === fn);
    const object = position === 0 && index === 0 ? objectOf(asNode(callee)) : undefined;
    if (object && ITERATIONS.test(object.method)) return [{ node: object.node, keys: [UNKNOWN] }];
    if (object && object.method === 'then') return [{ node: object.node, keys: [] }];
    const names = reader
      .namesOf(asNode(callee))
      .flatMap((name) => [
        ...handing.filter((each) => each.index === index && each.to.test(name)).map((each) => each.name),
        ...(amd.test(name) ? modulesOf(args.slice(0, position), index) : []),
      ]);
    return names.map((name) => ({ name, keys: [] }));
  }

  /**
   * @param {object[]} args
   * @param {number} index
   */
  function modulesOf(args, index) {
    const lists = args.filter((argument) => asNode(argument).type === 'ArrayExpression');
    if (lists.length === 0) return amdDefaults.slice(index, index + 1);
    return lists
      .flatMap((list) => reader.membersOf(asNode(list), String(index)))
      .flatMap(reader.stringsOf)
      .map((text) => (amdDefaults.includes(text) ? text : moduleName(text)));
  }
}

/**
 * The list whose elements a method passes to its callback: `list` in `list.map(fn)`.
 * @param {Node} callee
 * @param {Node} fn
 */
export function listOf(callee, fn) {
  const object = objectOf(callee);
  return object && ITERATIONS.test(object.method) && /Function|Identifier|MemberExpression/.test(fn.type)
    ? object.node
    : undefined;
}

/** @param {Node} callee */
function objectOf(callee) {
  if (callee.type !== 'MemberExpression' || !('name' in callee.property)) return undefined;
  return { node: asNode(callee.object), method: callee.property.name };
}

/**
 * @param {object[]} nodes
 * @returns {Value[]}
 */
function valuesOf(nodes) {
  return nodes.map((node) => ({ node: asNode(node), keys: [] }));
}
