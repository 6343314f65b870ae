import { asNode, propertyOf, wrapped } from './nodes.js';
import { importOf, isGlobal } from './scopes.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./variables.js').Value} Value */
/** @typedef {import('./reader.js').Reader} Reader */

/** How many names an expression may have; further ones are ignored. */
const MAX_NAMES = 64;

/** An object that is unknown, but whose members may still be recognised, such as `audioWorklet`. */
export const SOMETHING = '?';

/** The names of the global object in browsers, workers and Node. */
const globalObjects = /^(globalThis|window|self|global)$/;

/** Names that are synonyms of others. */
const synonyms = new Map([
  ['import.meta.jest', 'jest'],
  ['module.require', 'require'],
  ['module.constructor', 'module#'],
  ['module.parent', 'module'],
  ['module#Module', 'module#'],
  ['module#prototype', 'module'],
  ['process.mainModule', 'module'],
  ['require.main', 'module'],
]);

const requireMakers = /^(module#|jiti#)?(createRequire|createJiti)$|^(create-require|jiti)#$/;

/** Methods that return their own object, so that calls can be chained. */
const chained =
  /^(.*\b(?:jest|vi|vitest))\.(?:(?:un|do|dont|doUn|deepUn|set)?[mM]ock|\w+Automock|\w+Mocks|resetModules|use\w+Timers)$/;

/**
 * Names what an expression refers to outside the file. A name begins with a global, `import.meta`, or a module and `#`, and
 * continues with the keys that lead from there: `require.resolve`, `module#createRequire`, `path#join`.
 * @param {Reader} reader
 */
export function createNames(reader) {
  return (/** @type {Node} */ node) => [...new Set(findNames(node))].slice(0, MAX_NAMES);

  /**
   * @param {Node} node
   * @returns {string[]}
   */
  function findNames(node) {
    const inner = wrapped(node);
    if (inner) return reader.namesOf(inner);
    switch (node.type) {
      case 'Identifier':
        return namesOfVariable(node);
      case 'MetaProperty':
        return [`${node.meta.name}.${node.property.name}`];
      case 'MemberExpression':
        return namesOfMember(asNode(node.object), [propertyOf(node, reader.stringsOf)]);
      case 'ImportExpression':
        return reader.stringsOf(asNode(node.source)).map(moduleName);
      case 'CallExpression':
        return namesOfResult(node);
      case 'NewExpression':
        return all([node.callee]).includes('module#') ? ['module'] : [SOMETHING];
      case 'SequenceExpression':
        return all(node.expressions.slice(-1));
      case 'AssignmentExpression':
        return all([node.right]);
      case 'ConditionalExpression':
        return all([node.consequent, node.alternate]);
      case 'LogicalExpression':
        return all([node.left, node.right]);
      case 'ObjectExpression':
        return all(
          node.properties.flatMap((property) => (property.type === 'SpreadElement' ? [property.argument] : [])),
        );
      case 'ThisExpression':
        return [SOMETHING];
      default:
        return [];
    }
  }

  /** @param {import('./nodes.js').Identifier} node */
  function namesOfVariable(node) {
    const imported = importOf(reader.sourceCode, node);
    if (imported) return [`${moduleName(imported.module)}${imported.name}`].map(canonical);
    if (isGlobal(reader.sourceCode, node)) return [canonical(node.name)];
    const values = reader.valuesOf(node);
    return values.length > 0 ? values.flatMap(namesOfValue) : [SOMETHING];
  }

  /** @param {Value} value */
  function namesOfValue({ keys, ...value }) {
    if ('name' in value) return [keys.reduce(member, value.name)];
    return keys.length > 0 ? namesOfMember(value.node, keys) : reader.namesOf(value.node);
  }

  /**
   * @param {Node} node
   * @param {string[]} keys
   */
  function namesOfMember(node, keys) {
    const held = keys.reduce((nodes, key) => nodes.flatMap((object) => reader.membersOf(object, key)), [node]);
    // What the file assigned itself counts, not what the name means elsewhere.
    if (held.length > 0) return all(held);
    return reader.namesOf(node).map((name) => keys.reduce(member, name));
  }

  /** @param {object[]} nodes */
  function all(nodes) {
    return nodes.flatMap((node) => reader.namesOf(asNode(node)));
  }

  /** @param {Extract<Node, { type: 'CallExpression' }>} call */
  function namesOfResult(call) {
    const names = all([call.callee]).flatMap((name) => namesOfResultOf(name, call));
    const returned = reader.sourcesOf(call).filter((source) => source !== call);
    return [...names, ...all(returned)];
  }

  /**
   * @param {string} name
   * @param {Extract<Node, { type: 'CallExpression' }>} call
   * @returns {string[]}
   */
  function namesOfResultOf(name, { arguments: args }) {
    const [first] = args;
    if (requireMakers.test(name)) return ['require'];
    if (first && /^(util#)?promisify$/.test(name)) return all([first]);
    if (/^Object\.(assign|create)$/.test(name)) return all(args);
    if (first && /^(require|process\.getBuiltinModule)$/.test(name)) {
      return reader.stringsOf(asNode(first)).map(moduleName);
    }
    const [, bound] = /^(.+)\.bind$/.exec(name) ?? [];
    if (bound !== undefined) return [bound];
    const [, object] = chained.exec(name) ?? /^(proxyquire#?)\.?no\w+$/.exec(name) ?? [];
    return [object ?? SOMETHING];
  }
}

/**
 * Whether one of the names of an expression matches.
 * @param {Reader} reader
 * @param {object} node
 * @param {RegExp} pattern
 */
export function isNamed({ namesOf }, node, pattern) {
  return namesOf(asNode(node)).some((name) => pattern.test(name));
}

/** @param {string} specifier */
export function moduleName(specifier) {
  return canonical(`${specifier.replace(/^node:/, '')}#`);
}

/**
 * @param {string} object
 * @param {string} key
 */
export function member(object, key) {
  if (globalObjects.test(object)) return canonical(key);
  if (!object.endsWith('#')) return canonical(`${object}.${key}`);
  return key === 'default' ? object : canonical(`${object}${key}`);
}

/**
 * Some modules export what is also a global, and `path` exports itself again for each platform.
 * @param {string} name
 */
function canonical(name) {
  const plain = name
    .replace(/^process#(.*)$/, (_name, key) => (key === '' ? 'process' : `process.${key}`))
    .replace(/^url#(URL\b)/, '$1')
    .replace(/^path(\/(posix|win32))?#((posix|win32)\.?)?/, 'path#');
  return synonyms.get(plain) ?? plain;
}
