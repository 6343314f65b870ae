# One service of this repository: docker build --build-arg SERVICE=payments -t payments .
FROM node:22-slim AS build
WORKDIR /workspace
COPY . .
RUN npx -y pnpm@12.21.0 install --frozen-lockfile
ARG SERVICE
RUN npx -y pnpm@12.21.0 --filter "@anywise/$SERVICE..." build \
  && npx -y pnpm@12.21.0 --filter "@anywise/$SERVICE" deploy --prod /deployed

FROM node:22-slim
ENV NODE_ENV=production ANYWISE_HOST=0.0.0.0
WORKDIR /service
COPY --from=build /deployed .
USER node
# Not `npm start`: signals have to reach the service itself.
CMD ["node", "dist/main.js"]
