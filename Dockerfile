# Builds the image of any program from its published folder. See DEPLOY.md.
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
# ENTRYPOINT cannot use build arguments, so the executable gets a fixed name; it contains the name of its assembly.
COPY ${PROGRAM} program
USER 1654:1654
ENTRYPOINT ["/app/program"]
