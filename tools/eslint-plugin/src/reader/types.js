import { asNode } from './nodes.js';
import { importOf } from './scopes.js';
import { member, moduleName } from './names.js';

/** @typedef {import('./reader.js').Reader} Reader */

/** Types of module loaders, by the name of the loader. */
const namesByType = new Map([
  ['NodeRequire', 'require'],
  ['NodeJS.Require', 'require'],
  ['NodeModule', 'module'],
  ['NodeJS.Module', 'module'],
  ['ImportMeta', 'import.meta'],
  ['test#TestContext', 'test#'],
]);

/**
 * What a variable or parameter holds, judging by its type: `(load: NodeJS.Require)`, `(jest: typeof other)`.
 * @param {Reader} reader
 * @param {object} pattern
 * @returns {string[]}
 */
export function typeNames(reader, pattern) {
  const { left = pattern, parameter = left } = Object(pattern);
  const type = Object(parameter).typeAnnotation?.typeAnnotation;
  if (!type) return [];
  if (type.type === 'TSTypeQuery') return namesOfEntity(reader, type.exprName);
  if (type.type !== 'TSTypeReference') return [];
  return namesOfEntity(reader, type.typeName).flatMap((name) => namesByType.get(name) ?? []);
}

/**
 * @param {Reader} reader
 * @param {{ type: string, left?: object, right?: { name: string }, source?: { value?: unknown } }} entity
 * @returns {string[]}
 */
function namesOfEntity(reader, entity) {
  switch (entity.type) {
    case 'Identifier': {
      const node = /** @type {import('./nodes.js').Identifier} */ (asNode(entity));
      const imported = importOf(reader.sourceCode, node);
      return imported ? [`${moduleName(imported.module)}${imported.name}`] : reader.namesOf(node);
    }
    case 'TSQualifiedName':
      return namesOfEntity(reader, Object(entity.left)).map((name) => member(name, entity.right?.name ?? ''));
    case 'TSImportType':
      return [moduleName(String(entity.source?.value ?? ''))];
    default:
      return [];
  }
}
