import { relative, resolve } from 'node:path';
import { createImportGraph, resolveImport } from '../import-graph.js';
import { schemaOf } from './rule.js';

/** @typedef {import('eslint').Rule.RuleContext} RuleContext */

/** The nodes that import, and the field with the specifier. Types count: a reader of one file needs the other. */
const specifierKeys = new Map([
  ['ImportDeclaration', 'source'],
  ['ExportNamedDeclaration', 'source'],
  ['ExportAllDeclaration', 'source'],
  ['ImportExpression', 'source'],
  ['TSImportType', 'source'],
  ['TSExternalModuleReference', 'expression'],
]);

// Shared by all files, because it caches what it reads.
const findPath = createImportGraph();

/** @type {import('eslint').Rule.RuleModule} */
export const noImportCycles = {
  meta: {
    type: 'problem',
    docs: { description: 'Keep files from importing each other in a circle, types included.' },
    schema: schemaOf({}),
    messages: {
      cycle:
        'These files import each other in a circle: {{way}}. Move what they share to a file that imports none of them.',
    },
  },

  create(context) {
    const file = resolve(context.cwd, context.physicalFilename);
    const parse = parserOf(context);
    /** @param {string} path */
    const name = (path) => `\`${relative(context.cwd, path).replaceAll('\\', '/')}\``;
    return {
      [[...specifierKeys.keys()].join()](/** @type {import('eslint').Rule.Node} */ node) {
        const target = specifiersOf(node).map((specifier) => resolveImport(file, specifier))[0];
        const path = target && findPath(target, file, parse);
        if (!path) return;
        context.report({ node, messageId: 'cycle', data: { way: [file, ...path].map(name).join(' → ') } });
      },
    };
  },
};

/**
 * Reads imports with the parser of the linted file. A file that cannot be parsed has no imports here: its syntax error is
 * reported when the file itself is linted.
 * @param {RuleContext} context
 * @returns {import('../import-graph.js').Parse}
 */
function parserOf({ languageOptions, sourceCode }) {
  const { ecmaVersion, sourceType, parserOptions } = languageOptions;
  const parser = Object(languageOptions.parser);
  // Without type information, which would take seconds.
  const options = { ...parserOptions, projectService: undefined, project: undefined, program: undefined };
  return (text, filePath) => {
    try {
      const settings = { ...options, ecmaVersion, sourceType, filePath };
      const program = parser.parseForESLint?.(text, settings).ast ?? parser.parse(text, settings);
      return importsIn(program, sourceCode.visitorKeys);
    } catch {
      return [];
    }
  };
}

/**
 * @param {{ type: string }} node
 * @param {import('eslint').SourceCode.VisitorKeys} keys
 * @returns {string[]}
 */
function importsIn(node, keys) {
  const children = (keys[node.type] ?? []).flatMap((key) => Object(node)[key] ?? []);
  return [...specifiersOf(node), ...children.flatMap((child) => importsIn(child, keys))];
}

/**
 * @param {{ type: string }} node
 * @returns {string[]}
 */
function specifiersOf(node) {
  const { value, quasis } = Object(Object(node)[specifierKeys.get(node.type) ?? '']);
  const text = quasis?.length === 1 ? quasis[0].value.cooked : value;
  return typeof text === 'string' && /^\.{1,2}(\/|$)/.test(text) ? [text] : [];
}
