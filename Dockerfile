# One program as an image, from its published folder; the same for every program. See DEPLOY.md.
#
#   dotnet publish OwlBoard.Gateway -c Release -o out/gateway
#   docker build -f Dockerfile --build-arg BASE=IMAGE --build-arg PROGRAM=OwlBoard.Gateway -t owlboard/gateway:1 out/gateway
#
# BASE is any image with the ASP.NET Core 10 runtime and `dotnet` on the path; it needs no shell.
ARG BASE
FROM ${BASE}
ARG PROGRAM
WORKDIR /app
COPY . .
# ENTRYPOINT takes no arguments of the build: the executable by a name that is always the same. It finds the program.
COPY ${PROGRAM} program
USER 1654:1654
ENTRYPOINT ["/app/program"]
