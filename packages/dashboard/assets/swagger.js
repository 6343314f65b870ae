// Swagger UI over the document that the page names.
(() => {
  const node = document.getElementById('api');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const dress = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', dress);
  dress();

  fetch(node.dataset.document)
    .then((response) => response.json())
    .then((spec) => {
      // The page may call only the server that it comes from.
      const isHere = (spec.servers ?? []).every(({ url }) => new URL(url, location.href).origin === location.origin);
      window.SwaggerUIBundle({
        spec,
        domNode: node,
        deepLinking: true,
        ...(isHere ? {} : { supportedSubmitMethods: [] }),
      });
    })
    .catch((error) => {
      node.textContent = `The document cannot be shown: ${error.message}`;
    });
})();
